"""What the software is made of by others: licences, known vulnerabilities, the list of parts.

A tool of those who release it (``make audit``); the product never imports it.
"""
