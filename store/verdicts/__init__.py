"""What was judged: assessments, texts of the rules, situations, acts of the register."""
