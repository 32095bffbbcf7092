from .runner import BENCHMARKS as BENCHMARKS
from .runner import format_table as format_table
from .runner import run_benchmarks as run_benchmarks
