package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.local.SupervisorFiles.Card;
import dev.tidewright.cluster.local.SupervisorFiles.Drain;
import dev.tidewright.cluster.local.SupervisorFiles.End;
import dev.tidewright.cluster.local.SupervisorFiles.Order;
import dev.tidewright.cluster.local.SupervisorFiles.Ready;
import dev.tidewright.cluster.local.SupervisorFiles.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One replica: a folder, and the steps that bring it forward. Everything that must survive us is in the folder; each step
 * may be repeated or be the last one.
 */
final class Replica {

    /** Between two starts of a supervisor for the same replica, doubling up to a hundred times that. */
    private static final Duration LAUNCH_PAUSE = Duration.ofMillis(200);

    private final Path folder;
    private final Workload workload;
    private final Supervisors supervisors;
    private final Card card;
    private final Watched<State> state;
    private final Watched<End> exit;
    private @Nullable End end;
    private @Nullable Order order;
    private @Nullable Drain drain;
    private Machine.Wait wait = Machine.Wait.NONE;
    private boolean stopping;
    private Instant nextLaunch = Instant.MIN;
    private int launches;
    private @Nullable Instant probedRun;
    private @Nullable Probe probe;
    private @Nullable Instant deadRun;

    Replica(Path folder, Workload workload, Card card, Supervisors supervisors) {
        this.folder = folder;
        this.workload = workload;
        this.card = card;
        this.supervisors = supervisors;
        this.state = new Watched<>(folder.resolve("state.json"), State.class);
        this.exit = new Watched<>(folder.resolve("exit.json"), End.class);
        this.order = Store.read(folder.resolve("run.json"), Order.class).orElse(null);
        this.drain = Store.read(folder.resolve("drain.json"), Drain.class).orElse(null);
        this.stopping = Files.exists(folder.resolve("stop"));
    }

    Path folder() {
        return folder;
    }

    String name() {
        return String.valueOf(folder.getFileName());
    }

    Workload workload() {
        return workload;
    }

    Card card() {
        return card;
    }

    Optional<State> state() {
        return state.get();
    }

    Optional<End> exit() {
        if (end == null) {
            end = exit.get().orElse(null); // final: no need to look again
        }
        return Optional.ofNullable(end);
    }

    Optional<Drain> drain() {
        return Optional.ofNullable(drain);
    }

    /** The run that is on, by its start; none while there is no process, or nobody who watches over one. */
    private Optional<Instant> run() {
        return state().filter(State::isRunning).map(State::since).filter(since -> !since.equals(deadRun));
    }

    /** Of the run that is on: an answer of an earlier one says nothing. */
    Optional<Probe> probe() {
        return Optional.ofNullable(probe).filter(known -> run().equals(Optional.ofNullable(probedRun)));
    }

    Machine.Wait waiting() {
        return wait;
    }

    int port() {
        return order == null ? 0 : order.port();
    }

    boolean isAdmitted() {
        return order != null;
    }

    boolean isOver() {
        return exit().isPresent();
    }

    boolean isStopping() {
        return stopping;
    }

    boolean isReady() {
        return drain == null && probe().map(Probe::readySince).isPresent();
    }

    /** Admitted, and its process has not been seen yet. */
    boolean isLaunching() {
        return isAdmitted() && !isOver() && state().isEmpty();
    }

    void waitFor(Machine.Wait reason) {
        wait = reason;
    }

    void admit(Order toRun) {
        Store.write(folder.resolve("run.json"), toRun);
        order = toRun;
        wait = Machine.Wait.NONE;
    }

    void drain(Instant now, Duration longest) {
        if (drain == null) {
            var chosen = new Drain(now, now.plus(longest));
            Store.write(folder.resolve("drain.json"), chosen);
            drain = chosen;
        }
    }

    /** Repeatable: the file tells a supervisor that is only just starting, the signal one that sleeps. */
    void stop() {
        if (isAdmitted() && !stopping) {
            Store.mark(folder.resolve("stop"));
            stopping = true;
            supervisors.terminate(folder);
        }
    }

    void step(Instant now, Runnable onAnswer) {
        if (!isAdmitted() || isOver()) {
            probe = null;
            return;
        }
        if (supervisors.isAlive(folder)) {
            launches = state().isPresent() ? 0 : launches;
        } else {
            launch(now);
        }
        if (workload instanceof Workload.Service service) {
            look(service, now, onAnswer);
        }
    }

    private void launch(Instant now) {
        deadRun = state().map(State::since).orElse(null); // what it ran ends with a supervisor
        // exit.json may have appeared since it was looked for; the supervisor looks again, under its lock.
        if (now.isBefore(nextLaunch)) {
            return;
        }
        nextLaunch = now.plus(LAUNCH_PAUSE.multipliedBy(1L << Math.min(launches++, 6)));
        try {
            supervisors.start(folder);
            wait = Machine.Wait.NONE;
        } catch (IOException e) {
            wait = new Machine.Wait(
                    "RUNTIME_UNAVAILABLE",
                    "Python could not be started (" + e.getMessage()
                            + "): install Python 3.11 or newer, or set tidewright.local.python");
        }
    }

    private void look(Workload.Service service, Instant now, Runnable onAnswer) {
        var running = run().orElse(null);
        if (running == null || !running.equals(probedRun)) {
            probe = null;
        }
        if (running == null) {
            return;
        }
        if (probe == null) {
            probe = new Probe(service.readiness(), port(), readyFromBefore(running), onAnswer);
            probedRun = running;
        }
        var before = probe.readySince();
        probe.step(now);
        remember(running, before, probe.readySince());
    }

    private @Nullable Instant readyFromBefore(Instant run) {
        return Store.read(folder.resolve("ready.json"), Ready.class)
                .filter(ready -> ready.run().equals(run))
                .map(Ready::since)
                .orElse(null);
    }

    private void remember(Instant run, @Nullable Instant before, @Nullable Instant after) {
        if (before == null && after != null) {
            Store.write(folder.resolve("ready.json"), new Ready(run, after));
        } else if (before != null && after == null) {
            Store.write(folder.resolve("ready.json"), new Ready(Instant.EPOCH, Instant.EPOCH));
        }
    }
}
