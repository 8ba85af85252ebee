package dev.tidewright.mlflow;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The body of every answer that is no success. */
record MlflowError(@JsonProperty("error_code") ErrorCode errorCode, String message) {}
