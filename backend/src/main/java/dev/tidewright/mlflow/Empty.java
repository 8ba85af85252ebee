package dev.tidewright.mlflow;

/** <code>{}</code>: done. */
record Empty() {
    static final Empty DONE = new Empty();
}
