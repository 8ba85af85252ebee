package dev.tidewright.webhooks;

import dev.tidewright.kernel.Text;
import dev.tidewright.tenancy.SecretBox;
import dev.tidewright.webhooks.Outcome.Fate;
import dev.tidewright.webhooks.Reach.OutOfReach;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLException;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Sends one parcel once, signed as MLflow signs. Follows no redirect and uses no proxy: what is called is what was checked.
 * What a receiver says is not read, or in a test its beginning.
 */
@Component
class WebhookSender {

    private static final int ANSWER_BYTES = 4096;
    private static final Duration LONGEST_PEACE = Duration.ofHours(1);
    private static final MediaType JSON = MediaType.get("application/json");

    private final Reach reach;
    private final SecretBox secrets;
    private final InstantSource clock;
    private final WebhookSettings settings;
    private final OkHttpClient http;

    WebhookSender(Reach reach, SecretBox secrets, InstantSource clock, WebhookSettings settings) {
        this.reach = reach;
        this.secrets = secrets;
        this.clock = clock;
        this.settings = settings;
        this.http = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .proxy(Proxy.NO_PROXY)
                .followRedirects(false)
                .followSslRedirects(false)
                // A connection for each call: its address is checked when it is made.
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .connectTimeout(settings.connect())
                .readTimeout(settings.timeout())
                .writeTimeout(settings.timeout())
                .callTimeout(settings.timeout())
                .build();
    }

    /** @param listens whether the beginning of the answer is wanted */
    Outcome send(Parcel parcel, boolean listens) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a transaction would be open for as long as the receiver takes");
        }
        var at = clock.instant();
        var began = System.nanoTime();
        var url = WebhookAddress.of(parcel.url()).url();
        var client = http.newBuilder()
                .socketFactory(new GuardedSockets(reach, url.host()))
                .build();
        try (var response = client.newCall(request(parcel, url, at)).execute()) {
            var answer = listens ? beginning(response) : "";
            return answered(response, answer, at, Duration.ofNanos(System.nanoTime() - began));
        } catch (SecretBox.Locked locked) {
            return new Outcome(at, Duration.ZERO, null, String.valueOf(locked.getMessage()), Fate.FAILED, "", null);
        } catch (IOException failed) {
            var took = Duration.ofNanos(System.nanoTime() - began);
            var fate = isOutOfReach(failed) ? Fate.REFUSED : Fate.SILENT;
            return new Outcome(at, took, null, words(failed, url.host()), fate, "", null);
        }
    }

    private Request request(Parcel parcel, okhttp3.HttpUrl url, Instant at) throws SecretBox.Locked {
        var body = parcel.body().getBytes(StandardCharsets.UTF_8);
        var timestamp = String.valueOf(at.getEpochSecond());
        var request = new Request.Builder()
                .url(url)
                .header("User-Agent", "Tidewright")
                .header("X-MLflow-Delivery-Id", parcel.id().toString())
                .header("X-MLflow-Timestamp", timestamp)
                .post(RequestBody.create(body, JSON));
        if (parcel.secret() != null) {
            var secret = secrets.open(parcel.secret(), parcel.webhook());
            request.header("X-MLflow-Signature", signature(secret, parcel.id(), timestamp, parcel.body()));
        }
        return request.build();
    }

    /** {@code v1,} and the HMAC-SHA-256 of id, time and body, divided by dots. */
    static String signature(String secret, UUID delivery, String timestamp, String body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            var signed = delivery + "." + timestamp + "." + body;
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Outcome answered(Response response, String answer, Instant at, Duration took) {
        var status = response.code();
        if (response.isSuccessful()) {
            return new Outcome(at, took, status, "", Fate.DELIVERED, answer, null);
        }
        if (status >= 300 && status < 400) {
            var error = "sends elsewhere, and no redirect is followed: give the address that it leads to";
            return new Outcome(at, took, status, error, Fate.REFUSED, answer, null);
        }
        var again = status == 408 || status == 425 || status == 429 || status >= 500;
        var after = again ? peace(response) : null;
        return new Outcome(
                at,
                took,
                status,
                again ? "cannot take it now" : "refuses it",
                again ? Fate.FAILED : Fate.REFUSED,
                answer,
                after);
    }

    private static @Nullable Duration peace(Response response) {
        var asked = response.header("Retry-After", "");
        if (asked == null || !asked.matches("[0-9]{1,9}")) {
            return null;
        }
        var peace = Duration.ofSeconds(Long.parseLong(asked));
        return peace.compareTo(LONGEST_PEACE) < 0 ? peace : LONGEST_PEACE;
    }

    private static String beginning(Response response) {
        try {
            var source = response.body().source();
            source.request(ANSWER_BYTES);
            var content = source.getBuffer();
            return content.readString(Math.min(ANSWER_BYTES, content.size()), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            return ""; // it has answered; the rest does not matter
        }
    }

    private static boolean isOutOfReach(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfReach
                    || List.of(cause.getSuppressed()).stream().anyMatch(OutOfReach.class::isInstance)) {
                return true;
            }
        }
        return false;
    }

    private String words(IOException failed, String host) {
        if (isOutOfReach(failed)) {
            return String.valueOf(new OutOfReach().getMessage());
        }
        return switch (failed) {
            case UnknownHostException _ -> "no host \"" + Text.shortened(host, 100) + "\" is known";
            case ConnectException _ -> "takes no connection";
            case NoRouteToHostException _ -> "there is no way to it";
            case SSLException wrong ->
                "no encrypted connection: " + Text.shortened(String.valueOf(wrong.getMessage()), 200);
            case InterruptedIOException _ ->
                "does not answer within " + settings.timeout().toMillis() + " ms";
            default -> "the connection broke";
        };
    }
}
