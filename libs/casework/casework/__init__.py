"""What every service that handles cases does alike."""
