package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Rollback;
import dev.workflows.Status;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.EventWait;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.InstanceState;
import dev.workflows.store.NewEvent;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Reception;
import dev.workflows.store.RestartPoint;
import dev.workflows.store.RollbackState;
import dev.workflows.store.Steered;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Some instances of a workflow in a store, and what they should be like. */
final class StatusMachine {

    private static final Duration FAR_AWAY = Duration.ofHours(1);
    private static final Failure FAILURE = new Failure("IOException", "no luck", "at luck");
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MICROS);
    private static final String EVENT = "reply";

    /** A claim, and what the model knows it as. */
    private record Held(Claim claim, int token) {}

    private final WorkflowStore store;
    private final String workflow;
    private final List<InstanceModel> models;
    private final Map<Integer, List<Held>> claims = new HashMap<>();
    private String node;
    private int nodes;
    private int now;

    StatusMachine(WorkflowStore store, String workflow, int instances) {
        this.store = store;
        this.workflow = workflow;
        this.models =
                IntStream.range(0, instances).mapToObj(i -> new InstanceModel()).toList();
        this.node = join();
        IntStream.range(0, instances).forEach(i -> create(i, null));
    }

    void perform(Operation operation) {
        now++;
        switch (operation.kind()) {
            case CREATE -> create(operation.instance(), null);
            case CREATE_AND_CLAIM -> create(operation.instance(), node);
            case CLAIM_ALL -> claimAll();
            case NODE_STOPS -> {
                store.leave(node);
                takenOver();
            }
            case NODE_DIES -> {
                store.renew(node, Duration.ZERO);
                assertThat(store.recover()).isEqualTo(owned());
                takenOver();
            }
            case PAUSE, RESUME, TERMINATE, TERMINATE_WITH_ROLLBACK, RESTART, RESTART_FROM, SEND_EVENT, DELETE ->
                steer(operation);
            default -> held(operation).ifPresent(held -> write(operation, held));
        }
        assertAgree();
    }

    private void create(int instance, @Nullable String owner) {
        String id = Integer.toString(instance);
        Long key = store.create(List.of(new NewInstance(workflow, id, "{}", false, START, owner, null, Map.of(), "")))
                .get(id);
        InstanceModel model = models.get(instance);
        assertThat(key != null).isEqualTo(model.create());
        if (key != null && owner != null) {
            Claim first =
                    new Claim(key, workflow, id, 1, 1, "{}", START, null, false, 0, "", null, null, null, null, false);
            remember(instance, new Held(first, model.claim()));
        }
    }

    void claimAll() {
        List<Claim> claimed = store.claim(node, List.of(InstanceQueue.unlimited(workflow)), 10);
        assertThat(claimed)
                .extracting(Claim::id)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, models.size())
                        .filter(i -> models.get(i).isDue())
                        .mapToObj(Integer::toString)
                        .toList());
        for (Claim claim : claimed) {
            int instance = Integer.parseInt(claim.id());
            InstanceModel model = models.get(instance);
            assertThat(claim.generation()).isEqualTo(model.generation());
            assertThat(claim.interrupted()).isEqualTo(model.isInterrupted());
            assertThat(claim.ending() != null).isEqualTo(model.isBeingRolledBack());
            assertThat(claim.signals()).isEqualTo(model.signals());
            remember(instance, new Held(claim, model.claim()));
        }
        assertAgree();
    }

    private void takenOver() {
        models.stream().filter(InstanceModel::isOwned).forEach(model -> model.handBack(true));
        node = join();
    }

    private void steer(Operation operation) {
        String id = id(operation);
        InstanceModel model = model(operation);
        Status before = model.status().orElse(null);
        String call = call(operation);
        Optional<Steered> steered = switch (operation.kind()) {
            case PAUSE -> store.pause(workflow, id);
            case RESUME -> store.resume(workflow, id);
            case TERMINATE -> store.terminate(workflow, id, any -> FAR_AWAY);
            case TERMINATE_WITH_ROLLBACK -> store.terminateWithRollback(workflow, id, any -> FAR_AWAY);
            case RESTART -> store.restart(workflow, id, null, any -> FAR_AWAY);
            case RESTART_FROM -> store.restart(workflow, id, point(call), any -> FAR_AWAY);
            case SEND_EVENT -> store.send(workflow, id, new NewEvent(EVENT, "1", false));
            case DELETE -> store.delete(workflow, id);
            default -> throw new IllegalArgumentException();
        };
        assertThat(steered.map(Steered::from)).isEqualTo(Optional.ofNullable(before));
        if (before != null) {
            boolean expected = steer(operation.kind(), model, call);
            assertThat(steered.orElseThrow().applied()).isEqualTo(expected);
        }
    }

    private static boolean steer(Operation.Kind kind, InstanceModel model, String call) {
        switch (kind) {
            case PAUSE -> model.pause();
            case RESUME -> model.resume();
            case RESTART -> model.restart();
            default -> {
                return switch (kind) {
                    case TERMINATE -> model.terminate();
                    case TERMINATE_WITH_ROLLBACK -> model.terminateWithRollback();
                    case RESTART_FROM -> model.restartFrom(call);
                    case SEND_EVENT -> model.send();
                    case DELETE -> model.delete();
                    default -> throw new IllegalArgumentException();
                };
            }
        }
        return true;
    }

    /** What the claim's holder, or a former one, writes. */
    private void write(Operation operation, Held held) {
        Claim claim = held.claim();
        InstanceModel model = model(operation);
        boolean holds = model.isHeldAs(held.token());
        String call = nextCall(operation);
        switch (operation.kind()) {
            case STEP -> write(holds, store.append(claim, checkpoint(call)), () -> model.called(call, now));
            case STEP_FAILS ->
                write(
                        holds,
                        store.stepFailed(claim, attempt(call), Checkpoint.failed(attempt(call))),
                        () -> model.called(call, now));
            case SLEEP ->
                write(holds, store.sleep(claim, key(call), at(now), FAR_AWAY, true), () -> {
                    model.called(call, now);
                    model.suspend(false);
                });
            case RETRY_LATER ->
                change(holds, store.retryLater(claim, attempt(call), FAR_AWAY, true), () -> {
                    model.called(call, now);
                    model.suspend(false);
                });
            case RECEIVE -> receive(claim, model, holds, call, operation.choice() % 2 == 0);
            case SUSPEND -> {
                boolean over = operation.choice() % 2 == 0;
                Wake wake = Wake.after(over ? Duration.ZERO : FAR_AWAY);
                change(holds, store.suspend(claim, wake), () -> model.suspend(over));
            }
            case SUSPEND_UNTIL_SIGNALLED -> {
                boolean signalled = model.signals() > claim.signals();
                change(holds, store.suspend(claim, new Wake(null, claim.signals())), () -> model.suspend(signalled));
            }
            case HAND_BACK -> {
                boolean cutOff = operation.choice() % 2 == 0;
                change(holds, store.release(claim, cutOff), () -> model.handBack(cutOff));
            }
            default -> end(operation.kind(), claim, model, holds);
        }
    }

    private void end(Operation.Kind kind, Claim claim, InstanceModel model, boolean holds) {
        if (kind == Operation.Kind.END_ROLLBACK) {
            boolean ended = store.endRollback(claim, Rollback.Outcome.COMPLETE, FAR_AWAY);
            assertThat(ended).isEqualTo(holds && model.endRollback());
        } else if (holds && model.isBeingRolledBack()) {
            // the engine ends it in no other way
            return;
        } else if (kind == Operation.Kind.BEGIN_ROLLBACK) {
            change(holds, store.beginRollback(claim, Ending.errored(FAILURE)), model::beginRollback);
        } else if (kind == Operation.Kind.COMPLETE) {
            change(holds, store.end(claim, Ending.complete("1", false), FAR_AWAY), () -> model.end(Status.COMPLETE));
        } else {
            change(holds, store.end(claim, Ending.errored(FAILURE), FAR_AWAY), () -> model.end(Status.ERRORED));
        }
    }

    private void receive(Claim claim, InstanceModel model, boolean holds, String call, boolean giveUp) {
        String name = model.openWait().map(InstanceModel.Call::name).orElse(call);
        EventWait wait = new EventWait(EVENT, FAR_AWAY, at(now));
        Reception reception = store.receive(claim, key(name), wait, giveUp);
        assertThat(reception.written()).isEqualTo(holds ? Written.STORED : Written.STALE);
        if (holds) {
            assertThat(reception.checkpoint() != null).isEqualTo(model.receive(name, now, giveUp));
        }
    }

    private static void write(boolean holds, Written written, Runnable effect) {
        assertThat(written).isEqualTo(holds ? Written.STORED : Written.STALE);
        if (holds) {
            effect.run();
        }
    }

    private static void change(boolean holds, boolean changed, Runnable effect) {
        assertThat(changed).isEqualTo(holds);
        if (holds) {
            effect.run();
        }
    }

    private void assertAgree() {
        for (int i = 0; i < models.size(); i++) {
            InstanceModel model = models.get(i);
            Optional<InstanceState> state = store.find(workflow, Integer.toString(i));
            assertThat(state.map(InstanceState::status)).as("%s", model).isEqualTo(model.status());
            assertThat(state.map(InstanceState::rollback).map(RollbackState::outcome))
                    .as("%s", model)
                    .isEqualTo(Optional.ofNullable(rollback(model)));
        }
        boolean due = store.due(List.of(workflow)).now();
        assertThat(due).as("%s", models).isEqualTo(models.stream().anyMatch(InstanceModel::isDue));
        assertThat(store.renew(node, FAR_AWAY).orElseThrow().owned())
                .extracting(owned -> owned.key() + " " + owned.epoch() + " " + owned.status())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, models.size())
                        .filter(i -> models.get(i).isOwned())
                        .mapToObj(this::held)
                        .map(held -> "%d %d %s"
                                .formatted(
                                        held.claim().key(),
                                        held.claim().epoch(),
                                        models.get(Integer.parseInt(held.claim().id()))
                                                .status()
                                                .orElseThrow()))
                        .toList());
    }

    private static Rollback.@Nullable Outcome rollback(InstanceModel model) {
        if (model.isBeingRolledBack()) {
            return Rollback.Outcome.RUNNING;
        }
        return model.isRolledBack() ? Rollback.Outcome.COMPLETE : null;
    }

    /** What the instance is owned as. */
    private Held held(int instance) {
        return claims.get(instance).stream()
                .filter(held -> models.get(instance).isHeldAs(held.token()))
                .findFirst()
                .orElseThrow();
    }

    private Optional<Held> held(Operation operation) {
        List<Held> all = claims.getOrDefault(operation.instance(), List.of());
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(operation.late() ? 0 : all.size() - 1));
    }

    private void remember(int instance, Held held) {
        claims.computeIfAbsent(instance, any -> new ArrayList<>()).add(held);
    }

    private int owned() {
        return (int) models.stream().filter(InstanceModel::isOwned).count();
    }

    private String join() {
        String joined = "%s-%d".formatted(workflow, ++nodes);
        store.join(joined, "", FAR_AWAY);
        return joined;
    }

    private InstanceModel model(Operation operation) {
        return models.get(operation.instance());
    }

    private static String id(Operation operation) {
        return Integer.toString(operation.instance());
    }

    /** A call that the instance has made, or one that it has not. */
    private String call(Operation operation) {
        List<InstanceModel.Call> calls = model(operation).calls();
        return operation.choice() < calls.size() ? calls.get(operation.choice()).name() : "step never called";
    }

    /** Named by its kind, and by its place: repeated after a restart, it has the name that it had before. */
    private String nextCall(Operation operation) {
        String kind = switch (operation.kind()) {
            case SLEEP -> "sleep";
            case RECEIVE -> "wait";
            default -> "step";
        };
        return "%s %d".formatted(kind, model(operation).calls().size() + 1);
    }

    private static StepKey key(String call) {
        return new StepKey(StepKey.Kind.of(call.substring(0, call.indexOf(' '))), call, 1);
    }

    private static RestartPoint point(String call) {
        StepKey key = key(call);
        return new RestartPoint(key.kind(), key.name(), key.occurrence());
    }

    private Checkpoint checkpoint(String call) {
        return Checkpoint.completed(key(call), "1", 1, at(now), at(now));
    }

    private FailedAttempt attempt(String call) {
        return new FailedAttempt(key(call), 1, at(now), at(now), FAILURE);
    }

    private static Instant at(int time) {
        return START.plusMillis(time);
    }
}
