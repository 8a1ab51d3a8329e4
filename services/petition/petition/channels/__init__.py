"""The ways by which messages come in (接入渠道), whoever's they are: pulled, handed over, or typed in by an officer."""
