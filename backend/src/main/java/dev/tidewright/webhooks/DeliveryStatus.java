package dev.tidewright.webhooks;

/** How far a delivery is. */
public enum DeliveryStatus {
    /** To be sent, for the first time or again. */
    WAITING,
    DELIVERED,
    /** Not delivered, and not tried again unless somebody asks for it. */
    GIVEN_UP
}
