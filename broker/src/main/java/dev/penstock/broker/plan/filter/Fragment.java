package dev.penstock.broker.plan.filter;

/** A JSON part of a stored event; its place among the four of a body. */
enum Fragment {
    RECORD(0),
    CHANGES(1),
    UNCHANGED(2),
    KEY(3);

    private final int place;

    Fragment(int place) {
        this.place = place;
    }

    int place() {
        return place;
    }
}
