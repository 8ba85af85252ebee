package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Silence;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.URL;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the cluster does not let the platform's account watch: whoever upgrades the platform and not its rights, or takes some away.
 * What was heard before is no answer then, and nothing else would say why.
 */
final class Denied {

    private static final Logger LOG = LoggerFactory.getLogger(Denied.class);

    private final InstantSource clock;
    private final Map<SharedIndexInformer<?>, Refusal> refusals = new ConcurrentHashMap<>();

    Denied(InstantSource clock) {
        this.clock = clock;
    }

    /** @param said by the API server */
    record Refusal(Instant since, String said) {}

    /** A watch that breaks is made again, a first one too, and one that was refused is asked for until it is granted. */
    void listenTo(SharedIndexInformer<?> informer) {
        informer.exceptionHandler((started, failure) -> {
            LOG.debug("a watch broke and is made again", failure);
            for (var cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof KubernetesClientException answer && answer.getCode() == Calls.FORBIDDEN) {
                    refusals.computeIfAbsent(informer, first -> refusal(answer));
                }
            }
            return true;
        });
    }

    private Refusal refusal(KubernetesClientException answer) {
        var refusal = new Refusal(clock.instant(), Calls.said(answer));
        LOG.warn("the cluster refuses a watch: {}", refusal.said());
        return refusal;
    }

    /** What that means, since the first that holds; empty where everything is watched. */
    Optional<Silence> silence(URL cluster) {
        refusals.keySet().removeIf(SharedIndexInformer::isWatching);
        return refusals.values().stream()
                .min(Comparator.comparing(Refusal::since))
                .map(refusal -> new Silence(
                        refusal.since(),
                        "the cluster at " + cluster + " does not let the platform watch what it has to ("
                                + refusal.said()
                                + "): give its account the rules of the chart (helm/tidewright/files/rules.yaml)"));
    }
}
