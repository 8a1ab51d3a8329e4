"""A petition on its way from receipt to reply (办理): its clock, who has it in hand, and what is asked meanwhile."""
