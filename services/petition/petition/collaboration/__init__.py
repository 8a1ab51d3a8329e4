"""Several departments on one petition (协同办理): who is invited, what they contribute, what the reply rests on."""
