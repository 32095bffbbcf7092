"""XTTS as an engine inside the child process: phrases in, audio chunks with marks out.

1. `hosted_engine.HostedXttsEngine` loads a `checkpoint.LoadedCheckpoint` when it is warmed up.
2. For each call of `speak` a `segment_reading.SegmentReading` divides phrases into `segments`, and submits
   their prompts to the `worker.Worker`, the only thread that computes.
3. The worker runs `neural.Scheduler`, and puts the sound into the reading's inbox.
4. The reading changes speed and pitch, and writes chunks through `engines.neural_output`. What XTTS cannot
   say the fallback engine says (`FallbackSpeech`).

No module here imports torch when it is imported, except `checkpoint`.
"""
