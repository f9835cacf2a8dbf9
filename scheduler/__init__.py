"""When: wakes the plan, claims due rows and does what each is due for."""
