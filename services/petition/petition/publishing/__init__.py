"""What an office does about an answer later: correct it (更正), publish it for everybody (公开), take it back."""
