package com.example.orchard;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Trees and their harvest: written for the benchmarks, in the manner of everyday Java. */
public final class Orchard {
    private static final double LITRES_PER_KILO = 0.65;
    private static final int MAX_TREES = 500;

    public enum Kind { APPLE, PEAR, PLUM }

    public record Harvest(Kind kind, double kilos, LocalDate day) {}

    private final String name;
    private final List<Harvest> harvests = new ArrayList<>();
    private int trees;

    public Orchard(String name, int trees) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("an orchard needs a name");
        }
        this.name = name;
        this.trees = Math.min(trees, MAX_TREES);
    }

    public void plant(int count) {
        this.trees += count;
        if (this.trees > MAX_TREES) {
            this.trees = MAX_TREES;
        }
    }

    public synchronized void record(Kind kind, double kilos) {
        harvests.add(new Harvest(kind, kilos, LocalDate.now()));
    }

    public double juice(Kind kind) {
        double total = 0.0;
        for (Harvest harvest : harvests) {
            if (harvest.kind() == kind) {
                total += harvest.kilos() * LITRES_PER_KILO;
            }
        }
        return total;
    }

    public Optional<Harvest> best() {
        return harvests.stream().max(Comparator.comparingDouble(Harvest::kilos));
    }

    public List<LocalDate> daysAfter(LocalDate start) {
        return harvests.stream()
            .map(Harvest::day)
            .filter(day -> day.isAfter(start))
            .distinct()
            .sorted()
            .collect(Collectors.toList());
    }

    public int average() {
        return trees == 0 ? 0 : harvests.size() / trees;
    }

    @Override
    public String toString() {
        return String.format("%s with %d trees", name, trees);
    }

    public static void main(String[] args) {
        Orchard orchard = new Orchard("hill side", 120);
        int year = args.length > 0 ? Integer.parseInt(args[0]) : 2024;
        while (year < 2030) {
            orchard.record(Kind.values()[year % 3], year * 1.5);
            year++;
        }
        switch (orchard.average()) {
            case 0: System.out.println("nothing yet"); break;
            default: System.out.println(orchard);
        }
    }
}
