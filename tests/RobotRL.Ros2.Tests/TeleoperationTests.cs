using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>Trainings as users start them, corrected over DDS by a pad whose driver runs in another process, or here.</summary>
public sealed class TeleoperationTests
{
    private const double PressForS = 1.5, RestForS = 1.5;

    //  pad      ░░░░░░█████░░░░░█████░░░░░██ killed
    //  steps    pppppphhhhhppppphhhhhppppphhpppp
    [Fact]
    public void Cell_behind_ROS_2_is_corrected_where_the_deadman_is_held_and_not_elsewhere() => CorrectedTraining.Try(run =>
    {
        using var robot = OtherProcess.SimNode("reach", run.Domain);
        run.Start(100, "teleop.when_lost=hand_back", "--cell", "ros2", "--set", $"ros2.domain={run.Domain}", "--set", "teleop.network=cell");
        run.Await("learning");
        using var ears = Ros2Node.Open(new() { NodeName = "/test/ears", Domain = run.Domain });
        using var heard = ears.Subscribe<Joy>("/joy", Qos.Default, (joy, _) => run.Hear(joy.Buttons[PlayedPad.Deadman] == 1));
        using PadFile file = new(seconds: 120, RestForS, PressForS);
        string[] words = ["raw", "Joy", "/joy", "--file", file.Path, "--rate", $"{PadFile.Rate}", "--node", "/joy_node", "--wait", "2"];
        using (var peer = OtherProcess.Peer(run.Domain, words))
        {
            run.Await("the device is there");
            // After a whole press, in the midst of one that has been driven for a while.
            run.Await(() => run.Presses.Count > 0);
            run.Await(() => !run.IsPressed);
            run.Await(() => run.IsPressed);
            var stored = run.Stored;
            run.Await(() => run.Stored >= stored + 4);
            peer.Kill();
            run.Hear(isHeld: false);
        }
        run.Await("the device is lost while it drove, and the hand is neutral");
        run.RequireDone();
        run.RequireHumanWherePressed();
        // The rest of the episode is the policy's, and kept.
        var killedAtS = run.Presses[^1].ToS;
        Assert.Contains(run.Steps, step => step.IsHuman && step.AtS > killedAtS - 0.5);
        Assert.Contains(run.Steps, step => !step.IsHuman && step.AtS > killedAtS + CorrectedTraining.SlackS);
        Assert.All(run.Episodes, episode => Assert.Equal(("anna", "operator"), (episode.Info.Operator, episode.Info.OperatorRole)));
    });

    /// <summary>The simulation of this machine, in a process of ours, and a pad's driver whose presses are known to the moment.</summary>
    [Fact]
    public void Simulated_cell_is_corrected_by_an_operator_over_ROS_2() => CorrectedTraining.Try(run =>
    {
        run.Start(100, "teleop.when_lost=hand_back", "--set", $"teleop.network.domain={run.Domain}");
        run.Await("learning");
        using (PlayedPad pad = new(run.Domain))
        {
            run.Await("the device is there");
            for (var i = 0; i < 2; i++)
            {
                Thread.Sleep(TimeSpan.FromSeconds(RestForS));
                run.Hear(isHeld: true);
                pad.Set(0.9f, PlayedPad.Deadman);
                Thread.Sleep(TimeSpan.FromSeconds(PressForS));
                run.Hear(isHeld: false);
                pad.Set(0);
            }
            run.RequireDone();
        }
        run.RequireHumanWherePressed();
    });

    //  pad      ░░░░░░█████ silent   ░░░░ clear ░░░
    //  steps    pppppphhhhhS                        pppp      the stop is the operator's to clear
    [Fact]
    public void Pad_that_falls_silent_while_it_drives_stops_the_robot_until_its_operator_clears_that() => CorrectedTraining.Try(run =>
    {
        run.Start(60, "teleop.when_lost=stop", "--set", $"teleop.network.domain={run.Domain}");
        run.Await("learning");
        using PlayedPad pad = new(run.Domain);
        run.Await("the device is there");
        run.Await(() => run.Stored >= 3);
        pad.Set(0.9f, PlayedPad.Deadman);
        Thread.Sleep(500);
        pad.IsSilent = true;
        run.Await("the device is lost while it drove, and the robot stops");
        var stored = run.Stored;
        pad.IsSilent = false;
        pad.Set(0);
        Thread.Sleep(1500);
        Assert.InRange(run.Stored, stored, stored + 1);
        pad.Set(0, PlayedPad.Clear);
        run.Await(() => run.Stored > stored + 3);
        pad.Set(0);
        run.RequireDone();
        Assert.Equal(EpisodeOutcome.SafetyStop, run.Episodes[0].Outcome);
        Assert.True(run.Episodes[0].Steps[^2].Transition.IsIntervention);
        Assert.NotEqual(EpisodeOutcome.SafetyStop, run.Episodes[1].Outcome);
    });

    [Fact]
    public void Demonstration_begins_with_the_deadman_and_ends_by_the_pads_word() => CorrectedTraining.Try(run =>
    {
        run.Record(1, "--set", $"teleop.network.domain={run.Domain}");
        using PlayedPad pad = new(run.Domain);
        run.Await("demonstrations");
        run.Await("the device is there");
        Thread.Sleep(1000);
        run.Hear(isHeld: true);
        pad.Set(0.9f, PlayedPad.Deadman);
        Thread.Sleep(1500);
        run.Hear(isHeld: false);
        pad.Set(0);
        Thread.Sleep(500);
        pad.Set(0, PlayedPad.Success);
        run.RequireDone();
        var demonstration = Assert.Single(run.Episodes);
        Assert.Equal((EpisodeKind.Demonstration, EpisodeOutcome.Success, "anna"),
            (demonstration.Info.Kind, demonstration.Outcome, demonstration.Info.Operator));
        Assert.All(run.Steps, step => Assert.True(step.IsHuman));
        // It moves from its first step on, and rests once the deadman is released.
        var (from, to) = run.Presses[0];
        Assert.True(run.Steps[0].AtS > from);
        Assert.All(run.Steps.Where(step => step.AtS < to - CorrectedTraining.SlackS).Skip(3), step => Assert.True(step.Action > 0.5, $"{step}"));
        Assert.All(run.Steps.Where(step => step.AtS > to + CorrectedTraining.SlackS), step => Assert.Equal(0, step.Action));
    });

    [Fact]
    public void Operator_without_a_device_is_told_what_to_add()
    {
        using var training = OtherProcess.Robotrl("train", OtherProcess.TaskFile("reach"), "--run", Path.Combine(Path.GetTempPath(), "robotrl-none"),
            "--pace", "realtime", "--operator", "ros2", "--operator-id", "anna");
        Assert.Equal(2, training.ExitCode());
        Assert.StartsWith("--operator ros2: no device is configured; add --teleop gamepad", Assert.Single(training.Lines), StringComparison.Ordinal);
    }
}
