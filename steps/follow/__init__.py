"""Follow situations: delays, effects, consumption."""
