using ScottPlot;

namespace RobotRL.Lab.Pictures;

/// <summary>Some runs under one name: one line, with a band from lowest to highest where there are several.</summary>
public sealed record CurveGroup(string Name, IReadOnlyList<IReadOnlyList<CurvePoint>> Runs);

/// <summary>Draws how training went, three panels over environment steps: success without help, share of human steps, cycle time.</summary>
public static class TrainingCurves
{
    private const int Width = 1200, Height = 340, GridPoints = 200;
    private const string Font = "DejaVu Sans";

    public static void Save(IReadOnlyList<CurveGroup> groups, string path)
    {
        Fonts.Default = Font;
        Multiplot panels = new();
        panels.AddPlots(3);
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        Panel(panels.GetPlot(0), "success without help", p => 100 * p.Success, "%", 100, legend: groups.Count > 1);
        Panel(panels.GetPlot(1), "steps that a human drove", p => 100 * p.Human, "%", 100);
        Panel(panels.GetPlot(2), "cycle time", p => p.CycleTimeS, "s", null);
        panels.SavePng(path, Width, Height);

        void Panel(Plot plot, string title, Func<CurvePoint, double> value, string unit, double? most, bool legend = false)
        {
            plot.Font.Set(Font);
            foreach (var (index, group) in groups.Index()) Draw(plot, group, value, new ScottPlot.Palettes.Category10().GetColor(index));
            plot.Title($"{title}, {unit}", 14);
            plot.Axes.Title.Label.Bold = false;
            plot.XLabel("environment steps", 12);
            plot.Axes.Bottom.Label.Bold = false;
            plot.Axes.SetLimitsX(0, groups.Max(g => g.Runs.Max(r => r[^1].EnvSteps)));
            plot.Axes.SetLimitsY(0, most * 1.04 ?? groups.Max(g => g.Runs.Max(r => r.Max(value))) * 1.1);
            plot.Legend.IsVisible = legend;
            plot.Legend.Alignment = Alignment.LowerRight;
        }
    }

    private static void Draw(Plot plot, CurveGroup group, Func<CurvePoint, double> value, Color color)
    {
        var line = group.Runs is [var only] ? plot.Add.ScatterLine(Steps(only), [.. only.Select(value)], color) : Band(plot, group.Runs, value, color);
        line.LineWidth = 2;
        line.LegendText = group.Name;
    }

    /// <summary>The mean of the runs and the range around it, as far as the shortest run reaches.</summary>
    private static ScottPlot.Plottables.Scatter Band(Plot plot, IReadOnlyList<IReadOnlyList<CurvePoint>> runs, Func<CurvePoint, double> value, Color color)
    {
        var (first, last) = (runs.Max(r => r[0].EnvSteps), runs.Min(r => r[^1].EnvSteps));
        double[] steps = [.. Enumerable.Range(0, GridPoints).Select(i => first + i * (last - first) / (GridPoints - 1))];
        double[][] values = [.. steps.Select(x => runs.Select(r => value(At(r, x))).ToArray())];
        var range = plot.Add.FillY(steps, [.. values.Select(v => v.Min())], [.. values.Select(v => v.Max())]);
        (range.FillColor, range.LineWidth) = (color.WithAlpha(0.2), 0);
        return plot.Add.ScatterLine(steps, [.. values.Select(v => v.Average())], color);
    }

    /// <summary>A mean over episodes holds until the next episode ends.</summary>
    private static CurvePoint At(IReadOnlyList<CurvePoint> run, double steps)
    {
        var found = run[0];
        foreach (var point in run)
        {
            if (point.EnvSteps > steps) break;
            found = point;
        }
        return found;
    }

    private static double[] Steps(IReadOnlyList<CurvePoint> run) => [.. run.Select(p => p.EnvSteps)];
}
