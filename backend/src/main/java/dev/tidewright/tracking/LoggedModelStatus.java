package dev.tidewright.tracking;

/** How far the client has come with writing a model's files. */
public enum LoggedModelStatus {
    PENDING,
    READY,
    UPLOAD_FAILED
}
