"""Reviews of accepted applications (审批): examination and decision, by two officers, within the promised time."""
