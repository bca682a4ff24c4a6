using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>
/// The envelope holds whatever a critic says and wherever its recovery wants to go, on top of proposals that no one should make.
/// </summary>
public class AdversarialCriticTests
{
    public enum Says { AlwaysRisky, AlwaysCalm, Flips, Random, Nonsense, OnlyForward }

    [Theory]
    [InlineData(Says.AlwaysRisky, RecoveryKind.Analytic)]
    [InlineData(Says.Flips, RecoveryKind.Learned)]
    [InlineData(Says.Random, RecoveryKind.Analytic)]
    [InlineData(Says.Random, RecoveryKind.Learned)]
    [InlineData(Says.Nonsense, RecoveryKind.Learned)]
    [InlineData(Says.OnlyForward, RecoveryKind.Analytic)]
    public void No_critic_relaxes_the_envelope(Says says, RecoveryKind kind)
    {
        const int ticks = 40_000;
        var random = new Random(11);
        var limits = TestArm.Limits with { KeepOut = [new(new(0.45, 0.12, 0.05), new(0.6, 0.3, 0.35))] };
        var description = TestArm.Description with { Limits = limits };
        var envelope = new Envelope(description, TestArm.Task.EndEffectorInFlange);
        var safety = TestArm.Safety with { TriggerNs = 2_000_000, HoldS = 0.3, Recovery = new(kind, 0.4, 0.2, 0.5), MaxAgeS = 3 };
        using var rig = new Rig(description, safety: safety, critic: Critic());
        long sequence = 1_000_000;
        var (softer, reflexes) = (0, 0);
        for (var tick = 0; tick < ticks; tick++)
        {
            var now = rig.Robot.Now;
            rig.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
            if (tick % 400 < 80 || tick % 100 == 0)
                rig.Cycle.Targets.Publish(Adversary.Target(random, now, rig.Session.Home, ++sequence) with { StartInBase = rig.Session.Home });
            if (tick % 700 == 0) rig.Critics.Publish(Critic(), ageNs: random.Next(4) * 1_000_000_000L);
            rig.Robot.Faults.WrenchSpike = tick % 1000 < 100 ? new(new(0, random.Next(0, 45), 0), default) : default;
            rig.Cycle.Run(1);
            envelope.Follow(rig.Cycle.Records);
            if (rig.Latest.Reflex.IsActing && rig.Latest.Gate == GateState.Running) softer++;
            reflexes = rig.Latest.Reflex.Reflexes;
            if (rig.Latest.Gate is not (GateState.Held or GateState.PowerRemoved)) continue;
            rig.Robot.Place([.. TestArm.Description.HomeRad]);
            Assert.True(rig.Session.OperatorReset("operator"));
        }
        if (says is not (Says.AlwaysCalm or Says.Nonsense))
            Assert.True(reflexes > 5 && softer > 100, $"{reflexes} reflexes, {softer} ticks: the adversary was tame");

        ICritic Critic() => new StagedCritic(Answer, Recovery());
        float[] Recovery() => [.. Enumerable.Range(0, 6).Select(_ => random.Next(50) == 0 ? float.NaN : (float)(random.NextDouble() * 2000 - 1000))];
        RiskEstimate Answer(ReadOnlySpan<float> f) => says switch
        {
            Says.AlwaysRisky => new(1, 1),
            Says.AlwaysCalm => new(0, -1),
            Says.Flips => random.Next(3) == 0 ? new(0, -1) : new(1, 1),
            Says.Nonsense => random.Next(200) switch
            {
                0 => new(float.NaN, 0),
                1 => new(0, float.NegativeInfinity),
                2 => new(float.PositiveInfinity, 0),
                _ => new(random.Next(2), -1),
            },
            Says.OnlyForward => f[SafetyFeatures.ActionStart] > 0 ? new(0, -1) : new(float.MaxValue, float.MaxValue),
            _ => new((float)(random.NextDouble() * 4 - 2), (float)(random.NextDouble() * 4 - 2)),
        };
    }

    /// <summary>A new critic on a real robot is tried in shadow: it decides and is recorded, and not one bit of a command differs.</summary>
    [Fact]
    public void Shadow_mode_changes_not_one_bit_of_a_command()
    {
        var noise = new Random(3);
        using var shadow = new Rig(safety: TestArm.Safety with { Mode = CriticMode.Shadow, TriggerNs = 0 },
            critic: new StagedCritic(_ => noise.Next(3) == 0 ? new(0, -1) : new(1, 1), [0.5f, 0, 0, 0, 0, 0]));
        using var plain = new Rig();
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var action = TestArm.Action(Draw(), Draw(), Draw(), Draw());
            Assert.Equal(plain.Decide(action).Executed, shadow.Decide(action).Executed);
            for (var axis = 0; axis < 7; axis++)
                Assert.Equal(BitConverter.DoubleToInt64Bits(plain.Latest.TorqueNm[axis]), BitConverter.DoubleToInt64Bits(shadow.Latest.TorqueNm[axis]));
            Assert.Equal((plain.Latest.Reference, plain.Latest.Stiffness, plain.Latest.TankJ, plain.Latest.LimitsSinceTarget),
                (shadow.Latest.Reference, shadow.Latest.Stiffness, shadow.Latest.TankJ, shadow.Latest.LimitsSinceTarget));
            Assert.False(shadow.Latest.Reflex.IsActing);
        }
        Assert.InRange(shadow.Latest.Reflex.Reflexes, 50, 30_000);
        Assert.Equal(FaultCode.None, shadow.Latest.Fault.Code);

        float Draw() => (float)(random.NextDouble() - 0.5);
    }
}
