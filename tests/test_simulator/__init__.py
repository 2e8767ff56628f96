"""The simulator is strict, signs verifiably and misbehaves exactly as told."""
