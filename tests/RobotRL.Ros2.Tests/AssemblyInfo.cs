using Xunit.Sdk;
using Xunit.v3;

// Loops keep to the wall clock here, and the machines that run the tests have few CPUs.
[assembly: Parallelization(Mode = ParallelMode.None)]
