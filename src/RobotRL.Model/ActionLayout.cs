namespace RobotRL.Model;

/// <summary>
/// What a cell's action is made of: the action space of each arm, side by side. A policy gives one vector for all of it: for each arm
/// its driven axes, then stiffness, damping and wrench.
/// The grippers of all arms together are one discrete choice among 3ⁿ.
/// </summary>
public sealed class ActionLayout
{
    /// <summary>Commands of one gripper.</summary>
    public const int CommandsOfOne = 3;

    private static readonly string[] AxisNames = ["x", "y", "z", "rx", "ry", "rz"], WrenchNames = ["fx", "fy", "fz", "tx", "ty", "tz"];

    /// <param name="arms">Name and action space of each arm; the name of an only arm may be empty.</param>
    /// <exception cref="ArgumentException">No arm, or more than a cell can have.</exception>
    public ActionLayout(IReadOnlyList<(string Name, ActionSpace Actions)> arms)
    {
        if (arms.Count is 0 or > PolicyAction.MostArms)
            throw new ArgumentException($"A cell has 1 to {PolicyAction.MostArms} arms, not {arms.Count}.", nameof(arms));
        Arms = [.. arms.Select(a => a.Actions)];
        Names = [.. arms.Select(a => a.Name)];
        Grippers = Arms.Count(a => a.HasGripper);
        Dimensions = Arms.Sum(a => a.Dimensions);
        GripperChoices = (int)Math.Pow(CommandsOfOne, Grippers);
    }

    /// <summary>Of a cell with one arm.</summary>
    public static ActionLayout Of(ActionSpace actions) => new([("", actions)]);

    public IReadOnlyList<ActionSpace> Arms { get; }
    public IReadOnlyList<string> Names { get; }

    /// <summary>A, number of continuous components.</summary>
    public int Dimensions { get; }

    /// <summary>n, arms with a gripper that the policy commands.</summary>
    public int Grippers { get; }

    /// <summary>3ⁿ: joint commands of all grippers; 1 where there is none.</summary>
    public int GripperChoices { get; }

    /// <summary>No motion, every arm as stiff and as damped as configured.</summary>
    public PolicyAction Rest
    {
        get
        {
            PolicyAction rest = default;
            for (var arm = 0; arm < Arms.Count; arm++) rest[arm] = Arms[arm].Rest;
            return rest;
        }
    }

    /// <summary>Names of a policy's components, in order, then of the grippers: <c>x</c>, or <c>left.x</c> for a named arm.</summary>
    public IReadOnlyList<string> Columns =>
    [
        .. Arms.SelectMany((a, i) => ((string[])
        [
            .. a.ActiveAxes.Select(axis => AxisNames[axis]), .. a.StiffnessMinShare is null ? [] : (string[])["stiffness"],
            .. a.DampingMinShare is null ? [] : (string[])["damping"],
            .. a.WrenchAxes.Select(axis => WrenchNames[axis]),
        ]).Select(name => Named(i, name))),
        .. Enumerable.Range(0, Arms.Count).Where(i => Arms[i].HasGripper).Select(i => Named(i, "gripper")),
    ];

    /// <summary>Spreads a policy's output over the arms.</summary>
    /// <param name="active">Length <see cref="Dimensions"/>.</param>
    /// <param name="gripperChoice">Which of the <see cref="GripperChoices"/>; 0 where there is no gripper.</param>
    public PolicyAction Unpack(ReadOnlySpan<float> active, int gripperChoice)
    {
        PolicyAction action = default;
        for (var arm = 0; arm < Arms.Count; arm++)
        {
            var space = Arms[arm];
            var gripper = GripperCommand.Stay;
            if (space.HasGripper)
            {
                gripper = (GripperCommand)(gripperChoice % CommandsOfOne - 1);
                gripperChoice /= CommandsOfOne;
            }
            action[arm] = space.Unpack(active[..space.Dimensions], gripper);
            active = active[space.Dimensions..];
        }
        return action;
    }

    /// <summary>Collects the continuous components of an action, length <see cref="Dimensions"/>.</summary>
    public void Pack(in PolicyAction action, Span<float> active)
    {
        for (var arm = 0; arm < Arms.Count; arm++)
        {
            Arms[arm].Pack(action[arm], active);
            active = active[Arms[arm].Dimensions..];
        }
    }

    /// <summary>
    /// Which of the <see cref="GripperChoices"/> an action holds: of one gripper 0 close, 1 stay, 2 open; the first gripper's digit is the lowest.
    /// </summary>
    public int GripperChoiceOf(in PolicyAction action)
    {
        var (choice, weight) = (0, 1);
        for (var arm = 0; arm < Arms.Count; arm++)
        {
            if (!Arms[arm].HasGripper) continue;
            choice += weight * ((int)action[arm].Gripper + 1);
            weight *= CommandsOfOne;
        }
        return choice;
    }

    /// <summary>The action without what the action space does not have.</summary>
    public PolicyAction Fit(in PolicyAction action)
    {
        PolicyAction fitted = default;
        for (var arm = 0; arm < Arms.Count; arm++) fitted[arm] = Arms[arm].Fit(action[arm]);
        return fitted;
    }

    private string Named(int arm, string name) => Names[arm].Length == 0 ? name : $"{Names[arm]}.{name}";
}
