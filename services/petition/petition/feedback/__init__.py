"""What happens after a reply: how good it was (评价), and the call-back (回访) that a bad rating starts."""
