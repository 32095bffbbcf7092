"""XTTS as an engine inside the child process: phrases in, chunks with marks out.

    NeuralEngine (engine.py) ─ script.py: what is said by whom ─▶ Telling (telling.py), a thread a reading
                                                                       │ requests      ▲ sound
                                                          Pump (pump.py), the one thread that computes

Nothing here imports torch at import; `engine.py` loads `neural` when the engine is warmed up.
"""
