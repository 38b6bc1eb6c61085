"""The look-up that a form of DS calls while it is filled in: medicines by code, name, substance."""
