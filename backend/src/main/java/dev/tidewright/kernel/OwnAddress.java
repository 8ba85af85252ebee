package dev.tidewright.kernel;

/** Where what runs beside user code reaches this control plane; known once its web server has its port. */
public interface OwnAddress {

    /** The base address of the API without a slash at the end, e.g. {@code http://127.0.0.1:8080}. */
    String api();
}
