package dev.tidewright.mlflow;

/** What MLflow's own server has and the platform has not. The message is for people. */
final class NotOffered extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotOffered(String message) {
        super(message);
    }
}
