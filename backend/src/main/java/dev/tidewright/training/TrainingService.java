package dev.tidewright.training;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.tenancy.Namespace;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.QuotaLedger;
import dev.tidewright.training.JobSpec.JobSource;
import dev.tidewright.training.TrainingJob.Place;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What people do with jobs. */
@Service
@Transactional
class TrainingService {

    /** The kind of work item and workload. */
    static final String JOB = "job";

    private final TrainingJobs jobs;
    private final Namespaces namespaces;
    private final QuotaLedger ledger;
    private final JobSources sources;
    private final WorkQueue queue;
    private final InstantSource clock;

    TrainingService(
            TrainingJobs jobs,
            Namespaces namespaces,
            QuotaLedger ledger,
            JobSources sources,
            WorkQueue queue,
            InstantSource clock) {
        this.jobs = jobs;
        this.namespaces = namespaces;
        this.ledger = ledger;
        this.sources = sources;
        this.queue = queue;
        this.clock = clock;
    }

    /** Takes a job in: it starts as soon as the namespace's quota has room, by a pass that follows. Answers its name. */
    public Name submit(Name namespace, SubmitJob command, Actor actor) {
        var source = sources.uploaded(namespace, command.source());
        return accept(namespace, command, source, actor);
    }

    /** Takes in a job like an earlier one, except for what {@code changes} says. */
    public Name rerun(Name namespace, Name earlierName, SubmitJob changes, Actor actor) {
        var earlier = require(namespace, earlierName);
        var source = changes.source() == null ? sources.of(earlier) : sources.uploaded(namespace, changes.source());
        return accept(namespace, changes.over(earlier), source.after(earlier.name()), actor);
    }

    /** What submitting would do, without doing it. */
    public JobPlan plan(Name namespace, SubmitJob command) {
        return plan(namespace, command, sources.uploaded(namespace, command.source()));
    }

    public JobPlan planRerun(Name namespace, Name earlierName, SubmitJob changes) {
        var earlier = require(namespace, earlierName);
        var source = changes.source() == null ? sources.of(earlier) : sources.uploaded(namespace, changes.source());
        return plan(namespace, changes.over(earlier), source);
    }

    /** Stops a job; it ends as CANCELLED. */
    public void cancel(Name namespace, Name name, String reason, Actor actor) {
        var job = locked(namespace, name);
        job.stop(actor, reason, clock.instant());
        if (job.status().terminal()) {
            sources.recordEnd(job);
            queue.put(QueueReconciler.KIND, job.namespaceId());
        }
        jobs.save(job);
        queue.put(JOB, job.id());
    }

    /**
     * Forgets a finished job with its logs and outputs, unless model versions were made of it: they have copies of their
     * files, but only the job knows the code that made them.
     */
    public void delete(Name namespace, Name name, @Nullable String ifMatch, Actor actor) {
        var job = locked(namespace, name);
        IfMatch.require(ifMatch, "job", name, job.version());
        job.requireDeletable();
        sources.requireUnused(job);
        sources.deleteFiles(job);
        job.deleted(actor, clock.instant());
        jobs.delete(job);
    }

    private Name accept(Name namespaceName, SubmitJob command, JobSources.Origin source, Actor actor) {
        var now = clock.instant();
        var namespace = namespaces.require(namespaceName);
        var spec = sources.spec(namespaceName, command, source);
        var place = Place.of(namespace.id(), namespaceName, name(namespace, command, source.source()), now);
        var job = new TrainingJob(place, spec, JobRules.labelsOf(command), source.rerunOf(), actor, now);
        // Refuses what could never fit; what fits now is seen under the ledger's lock, by those who do not keep others.
        ledger.check(namespaceName, job.hold());
        sources.startRun(job, actor);
        insert(job, namespace);
        queue.put(JOB, job.id());
        // Last: the namespace's storage is locked until this is committed.
        sources.keep(job, source);
        reachFailPoints();
        return place.name();
    }

    private void insert(TrainingJob job, Namespace namespace) {
        try {
            jobs.saveAndFlush(job);
        } catch (DataIntegrityViolationException sooner) {
            throw taken(namespace, job.name());
        }
    }

    private JobPlan plan(Name namespaceName, SubmitJob command, JobSources.Origin source) {
        var namespace = namespaces.require(namespaceName);
        var spec = sources.spec(namespaceName, command, source);
        var name = name(namespace, command, source.source());
        requireFree(namespace, name);
        var place = Place.of(namespace.id(), namespaceName, name, clock.instant());
        var job = new TrainingJob(place, spec, JobRules.labelsOf(command), null, Actor.system("plan"), clock.instant());
        var verdict = ledger.check(namespaceName, job.hold());
        return JobPlan.of(job, verdict, ledger.free(namespaceName), jobs.position(namespace.id(), place.id()) + 1);
    }

    private Name name(Namespace namespace, SubmitJob command, @Nullable JobSource source) {
        if (command.name() != null) {
            var name = Name.of(command.name());
            requireFree(namespace, name);
            return name;
        }
        return derived(source == null ? "job" : source.fileName());
    }

    private static Name derived(String file) {
        var base = file.replaceFirst("\\.(ipynb|py|sh|zip|tar\\.gz|tgz|tar)$", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-");
        base = base.substring(0, Math.min(50, base.length())).replaceAll("^-+|-+$", "");
        var random = UUID.randomUUID().toString().substring(0, 6);
        return Name.of((base.isEmpty() ? "job" : base) + "-" + random);
    }

    private void requireFree(Namespace namespace, Name name) {
        if (jobs.existsByNamespaceIdAndName(namespace.id(), name)) {
            throw taken(namespace, name);
        }
    }

    private static Refusal taken(Namespace namespace, Name name) {
        return new Refusal.Conflict(
                "job-exists",
                "there is a job \"" + name + "\" in " + namespace.name()
                        + " already: choose another name or leave it away",
                List.of(new Refusal.FieldError("name", "is taken")));
    }

    private TrainingJob require(Name namespace, Name name) {
        return jobs.findByNamespaceIdAndName(namespaces.require(namespace).id(), name)
                .orElseThrow(() -> new Refusal.NotFound("job", name));
    }

    private TrainingJob locked(Name namespace, Name name) {
        return jobs.lock(require(namespace, name).id()).orElseThrow(() -> new Refusal.NotFound("job", name));
    }

    private static void reachFailPoints() {
        FailPoints.reach("job.submit.before-commit");
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                FailPoints.reach("job.submit.after-commit");
            }
        });
    }
}
