"""Applications for service items (受理): the catalogue, submission, acceptance or refusal, and how each case ends."""
