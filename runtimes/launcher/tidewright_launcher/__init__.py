"""The launcher: fetches source, builds the environment, runs user code and carries its results home."""
