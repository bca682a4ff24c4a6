using RobotRL.Critic;
using RobotRL.Lab.Results;
using RobotRL.Model;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// Scripted experience of harm with the arm while nothing protects it. The expert leads some way into the task. Then the hand goes where it should not, along
/// one direction with some trembling, or becomes so unsteady that it bumps into things. Sometimes it turns back, stays where it is, or sets off again from
/// there, stiff or soft, because the critic must know such motion too: a reflex makes it, and a policy goes on from it. Some episodes are plain demonstrations.
/// </summary>
internal static class ArmExperience
{
    private const double DemonstratedShare = 0.2, StrayShare = 0.4, Trembling = 0.3, Correlation = 0.7;
    private const double SofterShare = 0.15, TurnShare = 0.2;
    private const int MostLead = 30, LongestStray = 16;

    public static IEnumerable<HarmEpisode> Collect(ArmBench bench, int decisions, ulong seed, CancellationToken cancel)
    {
        var noise = new RandomStream(Seeds.Derive(seed, SeedUse.Demonstration));
        for (var (done, episode) = (0, 0UL); done < decisions && !cancel.IsCancellationRequested; episode++)
        {
            var (steps, demonstrated) = Drive(bench, Seeds.Derive(seed, SeedUse.Online, episode), noise);
            done += steps;
            foreach (var chain in bench.Experience()) yield return chain with { IsDemonstration = demonstrated };
        }
    }

    private static (int Steps, bool Demonstrated) Drive(ArmBench bench, ulong seed, RandomStream noise)
    {
        bench.Begin(seed);
        var kind = noise.NextUniform();
        var lead = kind < DemonstratedShare ? bench.MaxSteps : noise.NextByOneDraw(MostLead);
        // How unsteady the leading hand is, beyond the demonstrator's own, differs from episode to episode.
        var unsteady = kind < DemonstratedShare ? 0 : noise.NextUniform();
        var strays = kind < DemonstratedShare + StrayShare;
        var end = kind < DemonstratedShare ? bench.MaxSteps : Math.Min(bench.MaxSteps, lead + LongestStray);
        var (direction, shake, drawn) = (new float[ActionSpace.Axes], new float[ActionSpace.Axes], new float[ActionSpace.Axes]);
        noise.FillNormal(direction);
        for (var step = 0; step < end; step++)
        {
            noise.FillNormal(drawn);
            for (var i = 0; i < shake.Length; i++) shake[i] = (float)(Correlation * shake[i] + Math.Sqrt(1 - Correlation * Correlation) * drawn[i]);
            if (kind >= DemonstratedShare && noise.NextUniform() < SofterShare) bench.Soften(noise.NextUniform() < 0.5 ? 1 : noise.NextUniform());
            if (step >= lead && strays && noise.NextUniform() < TurnShare) Turn(direction, noise);
            var action = step < lead || !strays ? bench.Demonstrate() : bench.Actions.Rest;
            foreach (var axis in bench.Actions.ActiveAxes)
            {
                var size = step < lead ? unsteady : strays ? Trembling * Math.Min(1, Math.Abs(direction[axis]) + 0.1) : 1;
                var way = step >= lead && strays ? Math.Clamp(1.5 * direction[axis], -1, 1) : action.Motion[axis];
                action.Motion[axis] = (float)Math.Clamp(way + size * shake[axis], -1, 1);
            }
            if (bench.Step(action).IsOver) return (step + 1, kind < DemonstratedShare);
        }
        return (end, kind < DemonstratedShare);
    }

    /// <summary>Back, nowhere, or another way: from where the reflex left the arm standing, close to what it must not touch, a policy starts again.</summary>
    private static void Turn(float[] direction, RandomStream noise)
    {
        switch (noise.NextByOneDraw(3))
        {
            case 0:
                for (var i = 0; i < direction.Length; i++) direction[i] = -direction[i];
                break;
            case 1:
                Array.Clear(direction);
                break;
            default:
                noise.FillNormal(direction);
                break;
        }
    }
}
