package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the chart lets the platform do. That it is enough, {@link KubernetesClusterIT} shows as that account. */
class PlatformRulesTest {

    private final String text = PlatformAccount.rules();
    private final List<PolicyRule> rules =
            PlatformAccount.role("tidewright", text).getRules();

    @Test
    void thereAreNoWildcards() {
        assertThat(rules)
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(Stream.of(rule.getApiGroups(), rule.getResources(), rule.getVerbs())
                                .flatMap(List::stream))
                        .noneMatch(word -> word.contains("*")));
    }

    @Test
    void secretsAreNotRead() {
        assertThat(rules)
                .filteredOn(rule -> rule.getResources().contains("secrets"))
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.getVerbs()).doesNotContain("get", "list", "watch"));
    }

    @Test
    void nothingLetsItGiveItselfMore() {
        assertThat(rules)
                .allSatisfy(rule -> assertThat(rule.getVerbs())
                        .doesNotContain("escalate", "bind", "impersonate", "approve", "sign", "deletecollection"))
                .allSatisfy(rule -> assertThat(rule.getResources())
                        .doesNotContain(
                                "clusterroles",
                                "clusterrolebindings",
                                "serviceaccounts/token",
                                "pods/exec",
                                "nodes/proxy"))
                .allSatisfy(rule -> assertThat(rule.getNonResourceURLs()).isEmpty());
    }

    @Test
    void everyRuleSaysWhatFor() {
        var lines = text.lines().toList();
        for (var line = 0; line < lines.size(); line++) {
            if (lines.get(line).startsWith("- apiGroups")) {
                assertThat(lines.get(line - 1)).startsWith("# ");
            }
        }
    }
}
