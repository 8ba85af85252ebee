package dev.tidewright.webhooks;

/** Whether a receiver is told anything. */
public enum WebhookStatus {
    ACTIVE,
    /** What happens meanwhile is not told later either; what waited before goes on waiting. */
    DISABLED
}
