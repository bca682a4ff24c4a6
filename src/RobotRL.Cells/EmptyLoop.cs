using RobotRL.Control;

namespace RobotRL.Cells;

/// <summary>
/// The control loop without control: a thread set up alike that wakes at every deadline and does nothing. What it needs is the machine's part.
/// </summary>
public static class EmptyLoop
{
    public static CycleFigures Run(long periodNs, ControlOptions options, Func<RealTimeRights, bool> started, CancellationToken until)
    {
        CycleFigures figures = new(periodNs);
        var loop = new Thread(() =>
        {
            started(RealTimeThread.Enter(options.Cpu, options.Priority));
            using var pacer = new RealtimePacer(periodNs);
            Tick();
            figures.Begin();
            while (!until.IsCancellationRequested) Tick();
            figures.End();

            void Tick()
            {
                pacer.Next();
                figures.Add(pacer.LatenessNs, pacer.SinceDeadlineNs, pacer.Overruns);
            }
        })
        { Name = "control" };
        loop.Start();
        loop.Join();
        return figures;
    }
}
