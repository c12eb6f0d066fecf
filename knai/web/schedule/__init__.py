"""The schedule: who comes when, booking, the waiting list, calendars for staff."""
