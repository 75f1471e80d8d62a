"""Results for those who manage: network, regions, locations, criteria, comparison."""
