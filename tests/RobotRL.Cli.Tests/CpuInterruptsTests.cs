using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Tests;

public sealed class CpuInterruptsTests
{
    private static readonly string[] Statistics =
    [
        "            CPU0       CPU1       CPU2",
        "  24:          1          0         10   IO-APIC   5-edge      ACPI:Ged",
        "  36:          0    1172468          0   PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0",
        " LOC:    4553048    5142535          0   Local timer interrupts",
        " ERR:          0",
    ];

    [Fact]
    public void Devices_count_and_timers_do_not() => Assert.Equal([1, 1172468, 10], CpuInterrupts.Parse(Statistics));

    [Fact]
    public void The_loop_goes_where_devices_interrupt_least_and_of_equals_to_the_last()
    {
        Assert.Equal(0, CpuInterrupts.QuietestOf(CpuInterrupts.Parse(Statistics)));
        Assert.Equal(2, CpuInterrupts.QuietestOf([5, 3, 3]));
        Assert.InRange(CpuInterrupts.Quietest(), 0, Environment.ProcessorCount - 1);
    }
}
