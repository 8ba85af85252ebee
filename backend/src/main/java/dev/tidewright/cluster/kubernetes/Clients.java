package dev.tidewright.cluster.kubernetes;

import dev.tidewright.kernel.CannotStart;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Connects to the API server: OkHttp over HTTP/1.1, and no retries by the client; ADR 0011 tells what was measured. */
final class Clients {

    private static final long PING_MILLIS = 10_000;

    /** The client doubles it five times at most: a watch is back some 3 s after the API server is. */
    private static final int RECONNECT_MILLIS = 100;

    /** As many as there may be requests at once: a connection made anew costs both sides a handshake of milliseconds. */
    private static final int IDLE_CONNECTIONS = 64;

    private Clients() {}

    static KubernetesClient of(KubernetesSettings settings) {
        var found = config(settings);
        var timeout = Math.toIntExact(settings.requestTimeout().toMillis());
        var config = new ConfigBuilder(found)
                .withHttp2Disable(true)
                .withRequestTimeout(timeout)
                .withConnectionTimeout(timeout)
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectInterval(RECONNECT_MILLIS)
                .withWebsocketPingInterval(PING_MILLIS);
        var builder = new KubernetesClientBuilder();
        var own = certificate(found);
        if (own != null) {
            // Found once more, what is taken away here would be there again. Tokens have to be: they are renewed that
            // way.
            config.withAutoConfigure(false)
                    .withClientCertData(null)
                    .withClientCertFile(null)
                    .withClientKeyData(null)
                    .withClientKeyFile(null);
        }
        return builder.withConfig(config.build())
                .withHttpClientFactory(new Connections(own))
                .build();
    }

    /** What cannot be meant is refused at the start: a cluster that is only away is not. */
    private static Config config(KubernetesSettings settings) {
        var context = settings.context().isEmpty() ? null : settings.context();
        var config = settings.kubeconfig().isEmpty()
                ? Config.autoConfigure(context)
                : read(context, new File(settings.kubeconfig()));
        var chosen = config.getCurrentContext();
        if (context != null && (chosen == null || !context.equals(chosen.getName()))) {
            throw new CannotStart(
                    "there is no context \"" + context + "\" in "
                            + (settings.kubeconfig().isEmpty()
                                    ? "the kubeconfig"
                                    : "the kubeconfig " + settings.kubeconfig()),
                    "Name one of those that `kubectl config get-contexts` shows.");
        }
        return config;
    }

    private static Config read(@Nullable String context, File kubeconfig) {
        var remedy = "Name one that this process may read and that `kubectl --kubeconfig` takes.";
        if (!kubeconfig.isFile() || !kubeconfig.canRead()) {
            throw new CannotStart("the kubeconfig " + kubeconfig + " cannot be read", remedy);
        }
        try {
            return Config.fromKubeconfig(context, kubeconfig);
        } catch (RuntimeException malformed) {
            throw new CannotStart("the kubeconfig " + kubeconfig + " is none", remedy, malformed);
        }
    }

    /** The client itself reads RSA keys only; K3s, for one, gives out elliptic ones. */
    static @Nullable SslBundle certificate(Config config) {
        var certificate = pem(config.getClientCertData(), config.getClientCertFile());
        var key = pem(config.getClientKeyData(), config.getClientKeyFile());
        if (certificate == null || key == null) {
            return null;
        }
        var authority = pem(config.getCaCertData(), config.getCaCertFile());
        return SslBundle.of(new PemSslStoreBundle(
                new PemSslStoreDetails(null, certificate, key),
                authority == null ? null : PemSslStoreDetails.forCertificate(authority)));
    }

    private static @Nullable String pem(@Nullable String data, @Nullable String file) {
        if (data != null && !data.isBlank()) {
            return new String(Base64.getMimeDecoder().decode(data), StandardCharsets.US_ASCII);
        }
        try {
            return file == null || file.isBlank() ? null : Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Connections extends OkHttpClientFactory {

        private final @Nullable SslBundle own;

        Connections(@Nullable SslBundle own) {
            this.own = own;
        }

        @Override
        protected void additionalConfig(OkHttpClient.Builder builder) {
            builder.connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES));
            builder.addInterceptor(new Cancellations());
            if (own != null) {
                var trusted = Arrays.stream(own.getManagers().getTrustManagers())
                        .filter(X509TrustManager.class::isInstance)
                        .map(X509TrustManager.class::cast)
                        .findFirst()
                        .orElseThrow();
                builder.sslSocketFactory(own.createSslContext().getSocketFactory(), trusted);
            }
        }
    }
}
