"""Pages of the register: situations, signals, measures, questions, séances."""
