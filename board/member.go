package board

import "time"

// Role says what a member may do beyond posting.
type Role string

// The roles, each of which may do what the one before may.
const (
	RoleMember    Role = "member"
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin"
)

// Member is a person with an account here.
type Member struct {
	Actor
	Role         Role
	PasswordHash string // argon2id, never shown
	Articles     int
	Posts        int
	SeenAt       time.Time // the last page he was shown, to some minutes
	LastVisit    time.Time // the end of the visit before this one; zero on the first
}

// NewMember is an account to be made.
type NewMember struct {
	Name     string
	Password string // 8 to 200 characters; empty makes an account that cannot log in
	Role     Role
	Tagline  string
}

// Invitation lets one person choose a name and a password, once.
type Invitation struct {
	Hash      []byte // SHA-256 of the secret in the link
	Role      Role
	ExpiresAt time.Time
}

// Letter is a private reply: from one actor to one other, in no list.
type Letter struct {
	ID        int64
	URI       string
	From      ActorID
	To        ActorID
	About     PostID // the post it answers; 0 if none or unknown
	InReplyTo string
	HTML      string // safe HTML
	Source    string
	Language  string
	Warning   string
	SentAt    time.Time
	ArrivedAt time.Time
	EditedAt  time.Time
	DeletedAt time.Time
}
