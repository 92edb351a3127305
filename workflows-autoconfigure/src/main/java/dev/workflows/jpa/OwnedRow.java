package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Owned;

record OwnedRow(long key, long epoch, String status, long signals) {

    Owned owned() {
        return new Owned(key, epoch, Status.of(status), signals);
    }
}
