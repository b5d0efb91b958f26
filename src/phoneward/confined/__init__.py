"""Read hostile input in a worker process that is confined in time, memory and reach."""
