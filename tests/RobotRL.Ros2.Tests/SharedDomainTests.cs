using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Robots.Ros2;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>Several cells on one machine: they do not hear each other where they are apart, and are refused by name where they are not.</summary>
public sealed class SharedDomainTests : IDisposable
{
    private const string Patience = "ros2.patience_ms=1500";

    private readonly int _domain = Domains.Next();
    private readonly List<IDisposable> _all = [];

    [Fact]
    public void Cells_on_two_domains_do_not_hear_each_other() => StayApart([("ros2.domain", $"{_domain}")], [("ros2.domain", $"{Domains.Next()}")]);

    [Fact]
    public void Cells_in_two_namespaces_of_a_domain_do_not_hear_each_other() =>
        StayApart([("ros2.domain", $"{_domain}"), ("ros2.namespace", "/cell_a")], [("ros2.domain", $"{_domain}"), ("ros2.namespace", "/cell_b")]);

    [Fact]
    public void A_second_robot_of_the_same_topics_says_so_and_ends_with_2_and_the_first_goes_on()
    {
        using var first = OtherProcess.SimNode("reach", _domain);
        using Rig rig = new(Cell.Load("reach", ("ros2.domain", $"{_domain}")));
        using var second = OtherProcess.SimNodeStarting("reach", _domain, "--set", Patience);
        rig.StoodStill();
        var code = 0;
        var ended = Task.Run(() => Volatile.Write(ref code, second.ExitCode()));
        rig.Until(() => ended.IsCompleted, 60_000);
        Assert.Equal(2, code);
        Assert.Contains(second.Lines, line => line.Contains(
            "robot-configs/ros2/sim.yaml: ros2.arms.0.joint_states.topic: /robotrl/sim_node sends /joint_states already", StringComparison.Ordinal));
        Assert.True(rig.Session.Latest.Gate == GateStates.Running, $"{rig.Fault}");
    }

    [Fact]
    public void Two_robots_that_begin_in_the_same_moment_do_not_both_stay()
    {
        OtherProcess Start() => Kept(OtherProcess.SimNodeStarting("reach", _domain, "--set", Patience, "--seconds", "15"));
        OtherProcess[] both = [Start(), Start()];
        Assert.Contains(2, both.Select(one => one.ExitCode()));
    }

    [Fact]
    public void A_second_loop_that_would_command_the_same_arm_is_refused_by_name_and_the_first_goes_on()
    {
        using var arm = OtherProcess.SimNode("reach", _domain);
        using Rig rig = new(Cell.Load("reach", ("ros2.domain", $"{_domain}")));
        using var second = Control("second", $"ros2.domain={_domain}");
        rig.StoodStill();
        var code = 0;
        var ended = Task.Run(() => Volatile.Write(ref code, second.ExitCode()));
        rig.Until(() => ended.IsCompleted, 60_000);
        Assert.Equal(2, code);
        Assert.Contains(second.Lines, line => line.Contains(
            "ros2.arms.0.command_topic: /robotrl/control sends /forward_effort_controller/commands already", StringComparison.Ordinal));
        Assert.True(rig.Session.Latest.Gate == GateStates.Running, $"{rig.Fault}");
    }

    [Fact]
    public void A_second_loop_of_the_same_name_is_refused_although_its_topics_are_others()
    {
        using Ros2Node other = Ros2Node.Open(new() { NodeName = "/robotrl/control", Domain = _domain });
        using var topic = other.Publish<Float64MultiArray>("/elsewhere/commands", Qos.Default);
        using var second = Control("second", $"ros2.domain={_domain}");
        Assert.Equal(2, second.ExitCode());
        Assert.Contains(second.Lines, line => line.Contains("ros2.namespace: another node", StringComparison.Ordinal)
            && line.Contains("/robotrl/control", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scene_is_its_first_clients_until_that_one_is_gone()
    {
        using var arm = OtherProcess.SimNode("reach", _domain);
        using Ros2Node here = Ros2Node.Open(new() { NodeName = "/robotrl/actor", Domain = _domain }),
            there = Ros2Node.Open(new() { NodeName = "/stranger", Domain = _domain });
        using var stranger = there.Publish<Wire.StdMsgs.String>(SceneTopics.RequestsOf("/sim/scene"), SceneTopics.OfRequests);
        var (number, size) = (-1.0, 0);
        using var scenes = there.Subscribe<Float64MultiArray>("/sim/scene", SceneTopics.OfScenes, (scene, _) =>
        {
            Volatile.Write(ref size, scene.Data.Count - 1);
            Volatile.Write(ref number, scene.Data[0]);
        });
        Until(() => Volatile.Read(ref size) > 0);
        using (SceneLink link = new(here, "/sim/scene", size))
        {
            Assert.True(link.SetUp(1, Pause()));
            Until(() => Volatile.Read(ref number) is 1);
            // The exact next number, from somebody else.
            stranger.TrySend(new() { Data = SceneTopics.Request(2, 99) });
            arm.Await("/stranger asks for another scene on /sim/scene/set_up, and is refused: /robotrl/actor has this one.");
            Thread.Sleep(300);
            Assert.Equal(1, Volatile.Read(ref number));
            Assert.True(link.SetUp(2, Pause()));
            Until(() => Volatile.Read(ref number) is 2);
        }
        Until(() =>
        {
            stranger.TrySend(new() { Data = SceneTopics.Request(3, 99) });
            return Volatile.Read(ref number) is 3;
        });
    }

    public void Dispose() => _all.ForEach(one => one.Dispose());

    private void StayApart((string, string)[] one, (string, string)[] other)
    {
        (string, string)[][] cells = [one, other];
        foreach (var cell in cells)
        {
            var domain = int.Parse(cell[0].Item2);
            Kept(OtherProcess.SimNode("reach", domain, [.. cell.SelectMany(pair => new[] { "--set", $"{pair.Item1}={pair.Item2}" })]));
        }
        using Rig rig = new(Cell.Load("reach", one));
        using var second = Control("second", [.. other.Select(pair => $"{pair.Item1}={pair.Item2}")]);
        rig.StoodStill();
        rig.Until(() => second.Lines.Any(line => line.Contains("loop running", StringComparison.Ordinal)), 60_000);
        // Only the arm of this cell moves, and nothing stops.
        rig.Session.BeginEpisode(rig.Session.Home);
        var before = rig.Session.Latest.Measured.Position;
        for (var i = 0; i < 10; i++)
        {
            ArmAction action = default;
            action.Motion[0] = 0.3f;
            rig.Session.Decide(action, action, ActionSource.Policy);
        }
        Assert.True(rig.Session.Latest.Gate == GateStates.Running, $"{rig.Fault}");
        Assert.NotEqual(before[1], rig.Session.Latest.Measured.Position[1], 1e-3);
        var summary = End(second);
        Assert.Equal(0, summary);
    }

    private static int End(OtherProcess control)
    {
        control.Signal("TERM");
        return control.ExitCode();
    }

    private static OtherProcess Control(string channel, params string[] values)
    {
        string[] set = [.. values.Append(Patience).Append("robot.limits.heartbeat_max_age_ms=2000").SelectMany(value => new[] { "--set", value })];
        return OtherProcess.Robotrl(["control", OtherProcess.TaskFile("reach"), "--cell", Cell.FileOf("sim"),
            "--channel", $"{channel}-{Environment.ProcessId}", "--owner", $"{Environment.ProcessId}", .. set]);
    }

    private static Func<bool> Pause()
    {
        var waited = Stopwatch.StartNew();
        return () =>
        {
            Thread.Sleep(10);
            return waited.Elapsed < TimeSpan.FromSeconds(20);
        };
    }

    private static void Until(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); Thread.Sleep(20)) Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), "It did not come.");
    }

    private T Kept<T>(T one) where T : IDisposable
    {
        _all.Add(one);
        return one;
    }
}
