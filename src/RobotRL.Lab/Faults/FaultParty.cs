using System.Runtime;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Lab.Bench;
using RobotRL.Model;

namespace RobotRL.Lab.Faults;

/// <summary>
/// The processes that faults happen to: an actor that moves the robot through its channel as any actor does, and a learner that writes a critic's weights
/// over and over. Commands for them come a line each on stdin; its end ends them.
/// </summary>
public static class FaultParty
{
    public const string Actor = "actor", Learner = "learner", Moving = "moving", Stopped = "stopped", Writing = "writing", Reset = "reset", Collect = "collect",
        Press = "press", Collide = "collide", Renew = "renew", Refused = "refused";

    private const int Motions = 50, DecisionsUntilMoving = 4, Garbage = 6_000_000;

    /// <summary>Writes a safety critic's weights over and over until stdin ends.</summary>
    public static void Learn(string folder)
    {
        var ended = false;
        new Thread(() => { while (Console.ReadLine() is not null) { } ended = true; }) { IsBackground = true }.Start();
        for (var seed = 1UL; !Volatile.Read(ref ended); seed++)
        {
            FileFaults.WriteWeights(folder, seed);
            if (seed == 2) Say(Writing);
        }
    }

    /// <summary>Moves the robot of a control process until stdin ends.</summary>
    public static void Act(RunConfiguration configuration, string channel, bool garbage)
    {
        // All that takes long before anyone waits for a sign of life.
        var heap = garbage ? Heap() : null;
        GC.Collect();
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        using var control = RemoteControl.Attach(channel, configuration.Robot, configuration.Hash);
        ControlSession session = new(control, configuration.Task);
        var (ended, renew, reset) = (false, false, new AutoResetEvent(false));
        new Thread(() =>
        {
            while (Console.ReadLine() is { } line)
                if (line == Press) session.Stop();
                else if (line == Collide) session.Stop(FaultCode.CollisionForce);
                else if (line is Reset or Renew)
                {
                    Volatile.Write(ref renew, line == Renew);
                    reset.Set();
                }
                else if (line == Collect) GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            Volatile.Write(ref ended, true);
            reset.Set();
        })
        { IsBackground = true }.Start();

        while (!Volatile.Read(ref ended))
        {
            if (session.IsStopped)
            {
                Say(Stopped);
                reset.WaitOne();
                if (Volatile.Read(ref renew))
                {
                    // All that clears a stop without an operator.
                    if (!control.ResetScene(2) && !session.AutomaticReset() && !session.Rebase()) Say(Refused);
                    continue;
                }
                while (!Volatile.Read(ref ended) && !session.OperatorReset("operator")) session.Advance(10);
            }
            session.Rebase();
            control.ResetScene(1);
            session.Rebase();
            session.BeginEpisode(session.Home);
            for (var decision = 0; !Volatile.Read(ref ended) && !session.IsStopped; decision++)
            {
                var action = RecordedStack.Motion(decision, Motions);
                session.Decide(action, action, ActionSource.Policy);
                if (decision == DecisionsUntilMoving) Say(Moving);
            }
        }
        session.SignOff();
        GC.KeepAlive(heap);
    }

    /// <summary>So many small objects, each known to the last, that a full collection takes many control periods.</summary>
    private static object Heap()
    {
        Link? last = null;
        for (var i = 0; i < Garbage; i++) last = new(last);
        return last!;
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private sealed class Link(Link? next)
    {
        public Link? Next { get; } = next;
    }
}
