/** Work that only a ready leader does: reading the slot, ending leases, making dead letters, sweeping. */
@NullMarked
package dev.penstock.broker.duty;

import org.jspecify.annotations.NullMarked;
