package dev.tidewright.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The edge.
 *
 * @param maxJson the longest JSON body that is read
 * @param keepAnswers how long the answer to a keyed POST is kept
 * @param streamLife how long an event stream stays open before the client has to resume it
 */
@ConfigurationProperties("tidewright.web")
record WebSettings(
        @DefaultValue("1MB") DataSize maxJson,
        @DefaultValue("24h") Duration keepAnswers,
        @DefaultValue("10m") Duration streamLife) {}
