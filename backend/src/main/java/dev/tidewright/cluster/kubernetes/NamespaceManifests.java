package dev.tidewright.cluster.kubernetes;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a namespace consists of, in the order in which it is made. Pure. */
final class NamespaceManifests {

    /** One name for each fence: there is one of a kind in a namespace. */
    private static final String FENCE = "tidewright";

    /** What pods run as. */
    static final String ACCOUNT = "tidewright-workload";

    private static final String READER = "tidewright-reader";
    private static final String KEEPER = "tidewright-keeper";

    /** One for each role of a member, the least first. */
    private static final List<String> GROUPS = List.of("viewers", "editors", "deployers", "admins");

    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final String OWNER = "tidewright.dev/instance";
    private static final String FENCED = "tidewright.dev/fenced";
    private static final String POD_SECURITY = "pod-security.kubernetes.io/";

    private final Labels labels;
    private final Openings openings;

    NamespaceManifests(Labels labels, Openings openings) {
        this.labels = labels;
        this.openings = openings;
    }

    /** All of it: the namespace itself, then its fences. */
    List<HasMetadata> all(Name name, Resources limits) {
        return Stream.concat(Stream.of(namespace(name)), fences(name, limits).stream())
                .toList();
    }

    Namespace namespace(Name name) {
        var all = new TreeMap<>(labels.ours());
        for (var mode : List.of("enforce", "audit", "warn")) {
            all.put(POD_SECURITY + mode, "restricted");
            // Said too, so that nobody goes back to what an earlier release of Kubernetes held for restricted.
            all.put(POD_SECURITY + mode + "-version", "latest");
        }
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name.value())
                .withLabels(all)
                .withAnnotations(owner())
                .endMetadata()
                .build();
    }

    /** Said twice, so that a namespace whose labels somebody took away is known again. */
    private Map<String, String> owner() {
        return Map.of(OWNER, labels.instance());
    }

    boolean isOurs(Namespace namespace) {
        var annotations = namespace.getMetadata().getAnnotations();
        return labels.isOurs(namespace)
                || (annotations != null && annotations.entrySet().containsAll(owner().entrySet()));
    }

    /** The same namespace when all of it is there: it is marked by another manager than the one that makes it. */
    Namespace fenced(Name name, List<HasMetadata> all) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name.value())
                .withLabels(Map.of(FENCED, mark(all)))
                .endMetadata()
                .build();
    }

    static boolean isFenced(Namespace namespace) {
        return namespace.getMetadata().getLabels() != null
                && namespace.getMetadata().getLabels().containsKey(FENCED)
                && namespace.getMetadata().getDeletionTimestamp() == null;
    }

    /** Whether exactly this was made of it once: what differs since was changed by others. */
    static boolean isFenced(Namespace namespace, List<HasMetadata> all) {
        return isFenced(namespace)
                && mark(all).equals(namespace.getMetadata().getLabels().get(FENCED));
    }

    private static String mark(List<HasMetadata> all) {
        return Labels.digest(Serialization.asJson(all)).substring(0, 16);
    }

    /** All of it is there before the first workload is. */
    List<HasMetadata> fences(Name namespace, Resources limits) {
        var fences = new ArrayList<HasMetadata>(
                List.of(quota(namespace, limits), defaults(namespace), closed(namespace), account(namespace)));
        fences.add(role(namespace, READER, reading()));
        fences.add(role(namespace, KEEPER, List.of(rule("", List.of("delete"), "pods"))));
        fences.add(binding(namespace, READER, GROUPS));
        fences.add(binding(namespace, KEEPER, GROUPS.subList(1, GROUPS.size())));
        return fences;
    }

    /** Nobody's: what runs as it may do nothing, and gets no token. */
    private ServiceAccount account(Name namespace) {
        return new ServiceAccountBuilder()
                .withMetadata(metadata(namespace, ACCOUNT))
                .withAutomountServiceAccountToken(false)
                .build();
    }

    /** Only what the platform itself may: nobody can give more rights than he has. */
    private static List<PolicyRule> reading() {
        var read = List.of("get", "list", "watch");
        return List.of(
                rule("", read, "pods", "events", "resourcequotas", "limitranges"),
                rule("", List.of("get"), "pods/log"),
                rule("batch", read, "jobs"),
                rule("apps", read, "deployments"));
    }

    private static PolicyRule rule(String group, List<String> verbs, String... resources) {
        return new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resources)
                .withVerbs(verbs)
                .build();
    }

    private Role role(Name namespace, String name, List<PolicyRule> rules) {
        return new RoleBuilder()
                .withMetadata(metadata(namespace, name))
                .withRules(rules)
                .build();
    }

    /** For people whom the cluster knows by an identity provider that sends these groups. */
    private RoleBinding binding(Name namespace, String role, List<String> groups) {
        return new RoleBindingBuilder()
                .withMetadata(metadata(namespace, role))
                .withNewRoleRef(RBAC, "Role", role)
                .withSubjects(groups.stream()
                        .map(group -> new SubjectBuilder()
                                .withApiGroup(RBAC)
                                .withKind("Group")
                                .withName("tidewright:" + namespace + ":" + group)
                                .build())
                        .toList())
                .build();
    }

    /**
     * The second fence behind the platform's own ledger, which holds to the limits themselves. It is for what goes past the
     * ledger, and must never refuse what that has admitted; so it is twice as wide. The cluster counts a pod until it is gone,
     * the ledger only until it was told to go: after a rollout as many replicas drain as have taken their place. The two
     * containers around a program of an image (10m of cpu and 64 Mi each) are nobody's in the ledger.
     */
    private ResourceQuota quota(Name namespace, Resources limits) {
        var hard = new TreeMap<String, Quantity>();
        var wide = limits.times(2);
        if (limits.cpuMillis() > 0) {
            hard.put("requests.cpu", new Quantity(wide.cpu()));
        }
        if (limits.memoryBytes() > 0) {
            hard.put("requests.memory", new Quantity(Long.toString(wide.memoryBytes())));
        }
        wide.gpu().forEach((name, count) -> hard.put("requests." + name, new Quantity(Long.toString(count))));
        return new ResourceQuotaBuilder()
                .withMetadata(metadata(namespace, FENCE))
                .withNewSpec()
                .withHard(hard)
                .endSpec()
                .build();
    }

    /** A quota refuses pods that say nothing of what it counts. */
    private LimitRange defaults(Name namespace) {
        return new LimitRangeBuilder()
                .withMetadata(metadata(namespace, FENCE))
                .withNewSpec()
                .addNewLimit()
                .withType("Container")
                .withDefaultRequest(new TreeMap<>(Map.of("cpu", new Quantity("10m"), "memory", new Quantity("32Mi"))))
                .endLimit()
                .endSpec()
                .build();
    }

    private NetworkPolicy closed(Name namespace) {
        return new NetworkPolicyBuilder()
                .withMetadata(metadata(namespace, FENCE))
                .withSpec(openings.spec())
                .build();
    }

    private ObjectMeta metadata(Name namespace, String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(namespace.value())
                .withLabels(new TreeMap<>(labels.ours()))
                .build();
    }
}
