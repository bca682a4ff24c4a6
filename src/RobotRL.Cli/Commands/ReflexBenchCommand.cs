using System.CommandLine;
using System.Text.Json.Nodes;
using RobotRL.Lab.Bench;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl bench reflex</c>.</summary>
internal static class ReflexBenchCommand
{
    public static Command Create(Func<string, object, JsonObject> figures)
    {
        var seconds = new Option<double>("--seconds") { Description = "How long the loop runs; its empty twin runs half as long" }
            .Or(60).Where(s => s >= 1, "write a number of seconds from 1");
        var cpu = new Option<int?>("--cpu") { Description = "CPU of the loop; when left out, the one with the fewest device interrupts so far" }
            .Where(n => n >= 0 && n < Environment.ProcessorCount, $"write 0 to {Environment.ProcessorCount - 1}");
        var awake = new Option<double?>("--awake-us")
        {
            Description = "As of robotrl control, for a comparison; when left out, what a loop with a CPU of its own does",
        }.AtLeast(0);
        return new Command("reflex", "The 1 kHz loop in its own process, a training on the other core") { seconds, cpu, awake }.Does((parse, _) =>
        {
            var result = ReflexBench.Measure(parse.GetValue(seconds), parse.GetValue(cpu) ?? CpuInterrupts.Quietest(), parse.GetValue(awake));
            CommandLine.Result(parse, figures("reflex", result));
            if (!parse.GetValue(CommandLine.Json))
                Console.Out.WriteLine(
                    $"sample to gated command p50 {result.P50Us:F0}, p99 {result.P99Us:F0}, p99.9 {result.P999Us:F0}, max {result.MaxUs:F0} µs " +
                    $"over {result.Cycles} cycles, {result.Misses} missed, {result.AllocatedBytes} B allocated\n" +
                    $"  of which waking p50 {result.WakeP50Us:F0}, p99 {result.WakeP99Us:F0} µs " +
                    $"and the loop p50 {result.LoopP50Us:F0}, p99 {result.LoopP99Us:F0} µs\n" +
                    $"  {result.Twin}, {result.TwinCycles} cycles: " +
                    $"p50 {result.TwinP50Us:F0}, p99 {result.TwinP99Us:F0}, max {result.TwinMaxUs:F0} µs, {result.TwinMisses} missed\n" +
                    $"  taken by the hypervisor meanwhile: {result.StolenMs} and {result.TwinStolenMs} ms\n" +
                    $"  on CPU {result.ControlCpu}; beside it {result.Company}");
            return ExitCode.Done;
        });
    }
}
