using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Contract;

/// <summary>Draws proposals from the mild to the absurd.</summary>
internal static class Adversary
{
    public static float Component(Random random) => random.Next(40) switch
    {
        0 => float.NaN,
        1 => float.PositiveInfinity,
        2 => float.MaxValue,
        3 => -1e6f,
        4 => float.Epsilon,
        < 12 => random.Next(2) == 0 ? 1 : -1,
        _ => (float)(random.NextDouble() * 2 - 1),
    };

    public static CartesianTarget Target(Random random, Stamp now, in Pose home, long sequence)
    {
        // As far out of the workspace as a target may be, for every stop costs half a second of trying; now and then further than any arm is long.
        var reach = random.Next(2000) == 0 ? Math.Pow(10, random.Next(1, 300)) : random.Next(4) switch { 0 => 0.45, 1 => 1e-9, 2 => 0.02, _ => 0.3 };
        var turn = random.Next(3) switch { 0 => 3.0, 1 => 0.05, _ => 0.5 };
        var pose = new Pose(home.Position + Draw(random) * reach, home.Orientation * Rotation.FromVector(Draw(random) * turn));
        if (random.Next(4000) == 0) pose = pose with { Position = new(double.NaN, 0, 0) };
        if (random.Next(4000) == 0) pose = pose with { Orientation = new(0, 0, 0, 3) };
        var stiffness = new CartesianStiffness(random.NextDouble() * 4000 - 500, random.NextDouble() * 300 - 50, random.NextDouble() * 3 - 0.5);
        return new(pose, now, now.Plus(random.Next(4) == 0 ? random.Next(-5_000_000, 5_000_000) : random.Next(0, 400_000_000)), stiffness,
            new(random.NextDouble() * 1.4 - 0.7, random.NextDouble() * 300, random.NextDouble()), (ActionSource)random.Next(4), sequence);
    }

    private static Vector3D Draw(Random random) => new(random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1);
}
