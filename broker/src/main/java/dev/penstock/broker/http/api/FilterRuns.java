package dev.penstock.broker.http.api;

import dev.penstock.broker.deliver.FilterTrial;
import dev.penstock.broker.plan.GroupFilter;

/** {@link FilterTrial#run}; blocks. */
public interface FilterRuns {
    FilterTrial.Result run(String stream, GroupFilter filter, int last);
}
